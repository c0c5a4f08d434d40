"""What the build costs, measured beside Hugo, Pelican as it comes, Nikola and Eleventy: ``python3 tasks.py bench``."""
