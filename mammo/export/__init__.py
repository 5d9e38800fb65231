"""What a person takes along of an evaluation: tables, figures, a model card."""
