//! Pictures that are uploaded: what stays of them, and those that would take all there is.

use std::io::Cursor;

use image::codecs::gif::{GifDecoder, GifEncoder};
use image::codecs::png::PngEncoder;
use image::{AnimationDecoder, Delay, DynamicImage, Frame, ImageEncoder, ImageFormat, RgbImage, RgbaImage};

use crate::app::App;
use crate::files::{AT, refusal};

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn gradient(width: u32, height: u32) -> DynamicImage {
    let colour = |x: u32, y: u32| image::Rgb([(x * 255 / width) as u8, (y * 255 / height) as u8, 90]);
    RgbImage::from_fn(width, height, colour).into()
}

/// With what a camera notes: turned to the right, and a place.
fn with_notes(jpeg: &[u8]) -> Vec<u8> {
    let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x02\x01\x12\0\x03\0\0\0\x01\0\x06\0\0".to_vec();
    exif.extend(b"\x01\x0e\0\x02\0\0\0\x0e\0\0\0\x26\0\0\0\0At home, 52 N\0");
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xff, 0xe1], &length, &exif, &jpeg[2..], b"<script>after the end</script>"].concat()
}

#[tokio::test]
async fn pictures_lose_what_a_camera_noted_and_are_as_large_as_a_page_shows_them() {
    let app = App::start().await;
    let owner = app.instructor("owner").await;
    let course = owner.published_course("Soil", 1).await;
    let photo = with_notes(&encoded(&gradient(3_000, 1_500), ImageFormat::Jpeg));
    assert!(photo.windows(7).any(|part| part == b"At home"));
    let small = encoded(&gradient(30, 20), ImageFormat::Png);
    let see_through = DynamicImage::from(RgbaImage::from_pixel(8, 8, image::Rgba([9, 9, 9, 100])));
    let mut moving = Vec::new();
    let frames = [10, 200].map(|grey| {
        let picture = RgbaImage::from_pixel(8, 8, image::Rgba([grey, grey, grey, 255]));
        Frame::from_parts(picture, 0, 0, Delay::from_numer_denom_ms(100, 1))
    });
    GifEncoder::new(&mut moving).encode_frames(frames).unwrap();
    let files: [(&str, &[u8]); 5] = [
        ("photo.JPG", &photo),
        ("small.png", &small),
        ("web.webp", &encoded(&gradient(40, 20), ImageFormat::WebP)),
        ("clear.webp", &encoded(&see_through, ImageFormat::WebP)),
        ("moving.gif", &moving),
    ];
    let page = owner.upload(&course, &files, &[AT]).await;
    let said = owner.get(page.location()).await;
    assert!(said.has("web.webp is added as web.jpg."), "{}", said.body);
    let kept = owner.bytes("/courses/soil/files/photo.jpg").await;
    let holds = |part: &[u8]| kept.windows(part.len()).any(|it| it == part);
    assert!(!holds(b"Exif") && !holds(b"At home") && !holds(b"script"));
    let photo = image::load_from_memory(&kept).unwrap();
    assert_eq!((photo.width(), photo.height()), (1_000, 2_000), "upright, and smaller");
    // What was left and above is on the right and above now.
    let corner = photo.to_rgb8().get_pixel(990, 10).0;
    assert!(corner[0] < 20 && corner[1] < 20, "{corner:?}");
    for (name, size) in [("small.png", (30, 20)), ("web.jpg", (40, 20)), ("clear.png", (8, 8))] {
        let picture = image::load_from_memory(&owner.bytes(&format!("/courses/soil/files/{name}")).await).unwrap();
        assert_eq!((picture.width(), picture.height()), size, "{name}");
    }
    let kept = owner.bytes("/courses/soil/files/moving.gif").await;
    assert_eq!(GifDecoder::new(Cursor::new(kept)).unwrap().into_frames().count(), 2);
}

#[tokio::test]
async fn a_picture_that_would_fill_the_memory_is_refused() {
    let app = App::start().await;
    let owner = app.instructor("owner").await;
    let course = owner.published_course("Soil", 1).await;
    let bomb = encoded(&DynamicImage::new_luma8(8_000, 8_000), ImageFormat::Png);
    assert!(bomb.len() < 500_000, "{}", bomb.len());
    let page = owner.upload(&course, &[("bomb.png", &bomb)], &[AT]).await;
    let said = refusal(&owner, &course, &page).await;
    assert!(said.contains("bomb.png has more than 50 million points"), "{said}");
}

/// A moving picture whose screen is of one point, with frames that are not.
fn large_frames(width: u16, count: usize) -> Vec<u8> {
    let mut bytes = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff".to_vec();
    for _ in 0..count {
        bytes.extend(b"\x2c\0\0\0\0");
        bytes.extend([width.to_le_bytes(), width.to_le_bytes()].concat());
        bytes.extend(b"\0\x02\x02\x44\x01\0");
    }
    bytes.push(0x3b);
    bytes
}

#[tokio::test]
async fn a_picture_that_says_little_and_takes_much_is_refused_before_it_is_decoded() {
    let app = App::start().await;
    let owner = app.instructor("owner").await;
    let course = owner.published_course("Soil", 1).await;
    // A profile of colours that is a hundred megabytes once it is unpacked.
    let mut profile = Vec::new();
    let mut encoder = PngEncoder::new(&mut profile);
    encoder.set_icc_profile(vec![0; 100_000_000]).unwrap();
    encoder.write_image(&[0; 3], 1, 1, image::ExtendedColorType::Rgb8).unwrap();
    assert!(profile.len() < 1_000_000, "{}", profile.len());
    let line = encoded(&DynamicImage::new_luma8(30_000, 1), ImageFormat::Png);
    // The picture is one all the same; what is packed beside it is not unpacked.
    owner.upload(&course, &[("profile.png", &profile)], &[]).await;
    assert!(owner.bytes("/courses/soil/files/profile.png").await.len() < 1_000);
    for (name, bytes, why) in [
        ("line.png", &line, "20,000 on a side"),
        ("frames.gif", &large_frames(10_000, 3), "is damaged"),
        ("many.gif", &large_frames(1, 1_001), "1,000 frames"),
    ] {
        let page = owner.upload(&course, &[(name, bytes)], &[AT]).await;
        let said = refusal(&owner, &course, &page).await;
        assert!(said.contains(name) && said.contains(why), "{said}");
    }
}
