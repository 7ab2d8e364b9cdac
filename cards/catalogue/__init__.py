"""Room 1: what is known about operators, as data files with sources. Files in, frozen values out."""
