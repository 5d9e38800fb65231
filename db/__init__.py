"""Tables, sessions and migrations; knows nothing of images, models or pages."""
