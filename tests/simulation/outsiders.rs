//! Outsiders: people in the same account that know nothing of cloudfn, and what they do to functions.

mod lambda;

use cloudfn::api::{INSTANCE_TAG, OWNER_TAG};
use strict_cloud::cloudfront::{self as cf, Stage};
use strict_cloud::{Caller, Cloud, Tags};

use crate::clouds::{Clouds, OTHERS, caller};
use crate::judge::Place;
use crate::schedule::{Kind, ODD, Outside, Slot, javascript};
use crate::world::World;

/// Functions of others that no object names: nobody may ever touch them.
pub fn bystanders() -> Vec<Place> {
    [Kind::CloudFront, Kind::Lambda]
        .map(|kind| Place {
            kind,
            name: "bystander".to_owned(),
        })
        .to_vec()
}

/// The instance of a cluster that has the same name as ours.
pub const ANOTHER_CLUSTER: &str = "99999999-8888-4777-8666-555555555555";

/// Its instance tag.
pub fn of_another_cluster() -> Tags {
    Tags::from([(INSTANCE_TAG.to_owned(), ANOTHER_CLUSTER.to_owned())])
}

/// The tags of what others make.
pub fn strange_tags() -> Tags {
    Tags::from([("team".to_owned(), "others".to_owned())])
}

impl Clouds {
    /// Makes the functions that nobody may ever touch.
    pub fn bystanders(&self, world: &World) {
        for place in bystanders() {
            self.undisturbed(world, |cloud| create(cloud, &caller(OTHERS), &place));
        }
    }

    /// Writes tags onto a function, as an outsider.
    pub fn tag(&self, world: &World, place: &Place, tags: &Tags) {
        let caller = caller(OTHERS);
        self.undisturbed(world, |cloud| match place.kind {
            Kind::CloudFront => {
                let stage = Some(Stage::Development);
                let found = cloud.cloudfront_describe_function(&caller, &place.name, stage);
                let arn = found.unwrap().summary.arn;
                cloud.cloudfront_tag_resource(&caller, &arn, tags).unwrap();
            }
            Kind::Lambda => lambda::tag(cloud, &caller, &place.name, tags),
        });
    }

    /// Changes a function as an outsider; whether that could be done.
    pub fn outside(&self, world: &World, slot: &Slot, what: Outside) -> bool {
        let place = Place::of(slot);
        self.undisturbed(world, |cloud| match (what, place.kind) {
            (Outside::Create, _) => create(cloud, &caller(OTHERS), &place),
            (_, Kind::CloudFront) => outside_cloudfront(cloud, &place.name, what).is_some(),
            (_, Kind::Lambda) => lambda::outside(cloud, &place.name, what).is_some(),
        })
    }
}

/// Makes a function as somebody else.
pub fn create(cloud: &mut Cloud, caller: &Caller, place: &Place) -> bool {
    match place.kind {
        Kind::CloudFront => {
            let refuses =
                std::mem::replace(&mut cloud.settings_mut().refuse_create_with_tags, false);
            let config = cf::FunctionConfig {
                comment: "of others".to_owned(),
                runtime: "cloudfront-js-2.0".to_owned(),
                key_value_stores: Vec::new(),
            };
            let request = cf::CreateFunction {
                name: place.name.clone(),
                config,
                code: javascript(900).into_bytes(),
                tags: strange_tags(),
            };
            let created = cloud.cloudfront_create_function(caller, &request).is_ok();
            cloud.settings_mut().refuse_create_with_tags = refuses;
            created
        }
        Kind::Lambda => lambda::create(cloud, caller, &place.name),
    }
}

fn outside_cloudfront(cloud: &mut Cloud, name: &str, what: Outside) -> Option<()> {
    let caller = caller(OTHERS);
    let described = cloud
        .cloudfront_describe_function(&caller, name, Some(Stage::Development))
        .ok()?;
    let (mut config, etag) = (described.summary.config, described.etag);
    let mut code = cloud
        .cloudfront_get_function(&caller, name, Some(Stage::Development))
        .ok()?
        .bytes
        .to_vec();
    match what {
        Outside::Edit(number) => config.comment = format!("outside {number}{ODD}"),
        Outside::Code(number) => code = javascript(500 + number).into_bytes(),
        Outside::Publish => {
            return cloud
                .cloudfront_publish_function(&caller, name, Some(&etag))
                .ok()
                .map(drop);
        }
        Outside::Delete => {
            return cloud
                .cloudfront_delete_function(&caller, name, Some(&etag))
                .ok();
        }
        Outside::Disown => {
            let keys = [OWNER_TAG.to_owned(), INSTANCE_TAG.to_owned()];
            return cloud
                .cloudfront_untag_resource(&caller, &described.summary.arn, &keys)
                .ok();
        }
        Outside::TakeOver => {
            let tags = cloud
                .cloudfront_list_tags_for_resource(&caller, &described.summary.arn)
                .ok()?;
            tags.get(OWNER_TAG)?;
            return cloud
                .cloudfront_tag_resource(&caller, &described.summary.arn, &of_another_cluster())
                .ok();
        }
        Outside::Create => return None,
    }
    let request = cf::UpdateFunction {
        name: name.to_owned(),
        if_match: Some(etag),
        config,
        code,
    };
    cloud
        .cloudfront_update_function(&caller, &request)
        .ok()
        .map(drop)
}
