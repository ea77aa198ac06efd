//! The index seen from outside: what is put in is found, filtered, counted, paged and survives.

#[cfg(test)]
mod filter;
#[cfg(test)]
mod folder;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod paging;
#[cfg(test)]
mod ranking;
#[cfg(test)]
mod shelf;
#[cfg(test)]
mod suggest;
#[cfg(test)]
mod writing;
