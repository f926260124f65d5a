//! `BatchProcessor` from the messages to the values, at every service.
