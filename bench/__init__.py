"""What Belbord costs, measured on the machine at hand. Ratios within one run; medians of several."""
