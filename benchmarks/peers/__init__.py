"""Peers at work: each module is a program that runs in the environment of its own requirements, without Mammo's."""
