"""Can the heat maps of a model be trusted? Each criterion measured on many images, none taken on faith."""
