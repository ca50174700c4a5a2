"""What program leads have in the CMS: cohorts, circles, who holds them, how questions went."""
