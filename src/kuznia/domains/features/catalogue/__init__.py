"""What the catalogue tells of a feature beside its versions: statistics, lineage, retirement."""
