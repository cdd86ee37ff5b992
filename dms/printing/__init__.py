"""The engine that sets printed forms; a form's own template lies with its topic."""
