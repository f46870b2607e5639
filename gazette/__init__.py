"""网上公报室: a city's government gazette, from committed text to a site that is read and searched."""
