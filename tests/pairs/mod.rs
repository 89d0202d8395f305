//! Evaluations of pairs of images, through the binary.

mod chance;
mod counterfactual;
mod properties;
mod verification;

#[test]
fn numbers_are_those_of_numpy_and_scikit_learn() {
    crate::imports::agree("pairs");
}
