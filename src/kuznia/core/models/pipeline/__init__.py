"""The automated pipeline: from many features and a label to a leader board of models, step by step."""
