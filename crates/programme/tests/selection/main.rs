//! Selections: beside every subset there is, beside another solver, and of the size of a city.

mod brute_force;
mod conflicts;
mod frontier;
mod large;
mod second_opinion;
mod size;
mod support;
