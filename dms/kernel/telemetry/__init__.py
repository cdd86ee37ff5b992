"""What a running process tells of itself: log lines and measurements. Below everything that logs or is measured."""
