"""Who people are: contacts outside and colleagues inside, from files in a folder and made by hand."""
