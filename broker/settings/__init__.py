"""What a settings file may say, told once: from it come validation, examples, explanations, schema and documents."""
