"""Fine-tuning: configuration, data, loop, checkpoints; knows neither database nor pages."""
