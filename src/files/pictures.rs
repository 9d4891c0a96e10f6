//! Pictures that are uploaded: decoded and written anew. What a camera noted (places, names, small pictures of them) and whatever else is hidden
//! in a file stays behind, what lies on its side is turned upright, and nothing is larger than a page shows it.
//!
//! What a picture says of itself is believed by no decoder before it is checked here: sizes, frames, and what is packed beside the points.

use std::io::Cursor;
use std::time::Duration;

use gif::{ColorOutput, DecodeOptions};
use image::codecs::gif::{GifDecoder, GifEncoder, Repeat};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::imageops::FilterType;
use image::{AnimationDecoder, DynamicImage, Frame, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio::sync::Semaphore;

use super::incoming::Incoming;
use crate::failure::{Broken, Failure, busy};

/// Bytes of a picture's file at most, whatever a setting allows of others: it is in memory whole.
pub const MOST_BYTES: u64 = 50 * 1024 * 1024;

/// The longer side at most, in points: a page's text is about 700 wide, and screens draw up to three points for one.
pub const MOST_ON_A_SIDE: u32 = 2_000;

/// Points at most, of all frames together: what telephones take.
const MOST_POINTS: u64 = 50_000_000;

/// Bytes of the points at most: 50 million of four bytes each, and half as many of eight.
const MOST_OF_POINTS: u64 = 200_000_000;

/// Points on a side at most, before it is made smaller: beyond, a thin line would take as much memory as a picture.
const WIDEST: u32 = 20_000;

/// Frames of a moving picture at most: a minute and a half at eleven in a second.
const MOST_FRAMES: usize = 1_000;

/// What a decoder may take besides the points: profiles and notes, which are packed and can be bombs.
const BESIDE_THE_POINTS: u64 = 16 * 1024 * 1024;

/// A profile of colours takes some kilobytes; those of printers, half a megabyte.
const MOST_OF_A_PROFILE: usize = 1024 * 1024;

/// Of 100: where people stop seeing a difference in photos.
const QUALITY: u8 = 85;

/// One at a time: a large one takes some hundred megabytes, and all of a core for a second.
static AT_ONCE: Semaphore = Semaphore::const_new(1);

/// How long somebody waits for a turn before they are told to come back.
const PATIENCE: Duration = Duration::from_secs(60);

/// A picture, written anew.
#[derive(Debug)]
pub struct Remade {
    /// The whole file.
    pub bytes: Vec<u8>,
    /// What its name ends in: that of a WebP changes, since old browsers do not know it.
    pub ending: &'static str,
}

/// Why it is none that can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// It is no such picture, or a part of it is missing.
    Damaged,
    /// It has more points than are decoded, or more frames.
    TooLarge,
    /// It moves, in a way that not every browser shows.
    Moves,
}

impl Unusable {
    /// What somebody reads about their file, after its name.
    pub fn words(self) -> &'static str {
        match self {
            Self::Damaged => "is damaged, or is no picture of the kind that its name says",
            Self::TooLarge => "has more than 50 million points, 20,000 on a side or 1,000 frames: make it smaller",
            Self::Moves => "is a moving picture of a kind that not every browser shows: save it as a GIF or a video",
        }
    }
}

/// Writes a picture anew, away from the threads that answer people.
pub async fn remake(mut file: Incoming, ending: &str) -> Result<Result<Remade, Unusable>, Failure> {
    let Some(format) = ImageFormat::from_extension(ending) else { return Ok(Err(Unusable::Damaged)) };
    let turn = tokio::time::timeout(PATIENCE, AT_ONCE.acquire()).await;
    let turn = turn.map_err(|_| busy("too many pictures at once"))?.broken("wait to look at a picture")?;
    // Only from here on it takes memory.
    let mut bytes = Vec::new();
    file.file.rewind().await.broken("read an upload")?;
    file.file.read_to_end(&mut bytes).await.broken("read an upload")?;
    let remade = tokio::task::spawn_blocking(move || {
        // Held here: a request that is given up does not end the work.
        let remade = remade(&bytes, format);
        drop(turn);
        remade
    });
    remade.await.broken("look at a picture")
}

fn remade(bytes: &[u8], format: ImageFormat) -> Result<Remade, Unusable> {
    let moves = match format {
        ImageFormat::Gif => return gif(bytes),
        ImageFormat::Png => PngDecoder::with_limits(Cursor::new(bytes), limits(format)).and_then(|it| it.is_apng()),
        ImageFormat::WebP => WebPDecoder::new(Cursor::new(bytes)).map(|it| it.has_animation()),
        _ => Ok(false),
    };
    if moves.map_err(unusable)? {
        return Err(Unusable::Moves);
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits(format));
    let mut decoder = reader.into_decoder().map_err(unusable)?;
    let (width, height) = decoder.dimensions();
    within(width, height, 1)?;
    if decoder.total_bytes() > MOST_OF_POINTS {
        return Err(Unusable::TooLarge);
    }
    let orientation = decoder.orientation().map_err(|_| Unusable::Damaged)?;
    let profile = decoder.icc_profile().ok().flatten().filter(|profile| profile.len() <= MOST_OF_A_PROFILE);
    let picture = DynamicImage::from_decoder(decoder).map_err(unusable)?;
    let mut picture = in_usual_colours(small(picture), profile.as_deref());
    picture.apply_orientation(orientation);
    let mut bytes = Cursor::new(Vec::new());
    if format == ImageFormat::Png || picture.color().has_alpha() {
        eight_bits(picture).write_to(&mut bytes, ImageFormat::Png).map_err(|_| Unusable::Damaged)?;
        return Ok(Remade { bytes: bytes.into_inner(), ending: "png" });
    }
    let encoder = JpegEncoder::new_with_quality(&mut bytes, QUALITY);
    picture.to_rgb8().write_with_encoder(encoder).map_err(|_| Unusable::Damaged)?;
    Ok(Remade { bytes: bytes.into_inner(), ending: "jpg" })
}

fn unusable(error: ImageError) -> Unusable {
    if matches!(error, ImageError::Limits(_)) { Unusable::TooLarge } else { Unusable::Damaged }
}

/// Frame by frame, as it moved.
fn gif(bytes: &[u8]) -> Result<Remade, Unusable> {
    let frames = count_frames(bytes)?;
    let decoder = GifDecoder::new(Cursor::new(bytes)).map_err(|_| Unusable::Damaged)?;
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new_with_speed(&mut bytes, 10);
    if frames > 1 {
        encoder.set_repeat(Repeat::Infinite).map_err(|_| Unusable::Damaged)?;
    }
    for frame in decoder.into_frames() {
        let frame = frame.map_err(|_| Unusable::Damaged)?;
        let delay = frame.delay();
        let picture = small(DynamicImage::ImageRgba8(frame.into_buffer())).into_rgba8();
        encoder.encode_frame(Frame::from_parts(picture, 0, 0, delay)).map_err(|_| Unusable::Damaged)?;
    }
    drop(encoder);
    Ok(Remade { bytes, ending: "gif" })
}

/// Walks through a moving picture without decoding any of it: a screen of one point can hold frames of millions.
fn count_frames(bytes: &[u8]) -> Result<usize, Unusable> {
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::Indexed);
    options.skip_frame_decoding(true);
    options.check_frame_consistency(true);
    let mut decoder = options.read_info(Cursor::new(bytes)).map_err(|_| Unusable::Damaged)?;
    let (width, height) = (u32::from(decoder.width()), u32::from(decoder.height()));
    let mut frames = 0;
    while decoder.next_frame_info().map_err(|_| Unusable::Damaged)?.is_some() {
        frames += 1;
        within(width, height, frames)?;
    }
    if frames == 0 { Err(Unusable::Damaged) } else { Ok(frames) }
}

fn limits(format: ImageFormat) -> Limits {
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(WIDEST), Some(WIDEST));
    // Of a PNG this bounds all but the points; of the others, the points as well.
    let points = if format == ImageFormat::Png { 0 } else { MOST_OF_POINTS };
    limits.max_alloc = Some(points + BESIDE_THE_POINTS);
    limits
}

fn within(width: u32, height: u32, frames: usize) -> Result<(), Unusable> {
    let points = u64::from(width) * u64::from(height) * frames as u64;
    let is_small = width <= WIDEST && height <= WIDEST && frames <= MOST_FRAMES && points <= MOST_POINTS;
    if is_small { Ok(()) } else { Err(Unusable::TooLarge) }
}

/// In two steps where it is far too large: the fine way takes sixteen bytes for each point of a strip as wide as the picture was.
fn small(picture: DynamicImage) -> DynamicImage {
    let side = |picture: &DynamicImage| picture.width().max(picture.height());
    let rough = 2 * MOST_ON_A_SIDE;
    let picture = if side(&picture) > rough { picture.thumbnail(rough, rough) } else { picture };
    if side(&picture) <= MOST_ON_A_SIDE {
        return picture;
    }
    picture.resize(MOST_ON_A_SIDE, MOST_ON_A_SIDE, FilterType::CatmullRom)
}

/// More than a screen shows takes twice the bytes.
fn eight_bits(picture: DynamicImage) -> DynamicImage {
    let color = picture.color();
    match (color.has_color(), color.has_alpha()) {
        (true, true) => DynamicImage::ImageRgba8(picture.into_rgba8()),
        (true, false) => DynamicImage::ImageRgb8(picture.into_rgb8()),
        (false, true) => DynamicImage::ImageLumaA8(picture.into_luma_alpha8()),
        (false, false) => DynamicImage::ImageLuma8(picture.into_luma8()),
    }
}

/// What its colours mean stood in the profile of the camera, which stays behind: so they are said as every screen understands them. A profile
/// that is not understood, or says nothing of colours on a screen, changes nothing.
fn in_usual_colours(picture: DynamicImage, profile: Option<&[u8]>) -> DynamicImage {
    let profile = profile.and_then(|bytes| ColorProfile::new_from_slice(bytes).ok());
    let Some(profile) = profile.filter(|it| it.color_space == DataColorSpace::Rgb && picture.color().has_color())
    else {
        return picture;
    };
    let usual = ColorProfile::new_srgb();
    let mut rgba = picture.to_rgba8();
    let changed = profile
        .create_transform_8bit(Layout::Rgba, &usual, Layout::Rgba, TransformOptions::default())
        .and_then(|transform| {
            let mut out = vec![0; rgba.as_raw().len()];
            transform.transform(rgba.as_raw(), &mut out).map(|()| out)
        });
    match changed {
        Ok(bytes) => rgba.copy_from_slice(&bytes),
        Err(_) => return picture,
    }
    let rgba = DynamicImage::ImageRgba8(rgba);
    if picture.color().has_alpha() { rgba } else { DynamicImage::ImageRgb8(rgba.into_rgb8()) }
}
