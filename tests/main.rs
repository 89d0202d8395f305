//! Tests.
<<<<<<< HEAD
mod data;
=======

mod report;
>>>>>>> report
