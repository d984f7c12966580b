fn main() { print!("{}", cloudfn::api::crds::yaml(&cloudfn::api::crds::all()).unwrap()); }
