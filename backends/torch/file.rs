//! Files of named tensors: weights and checkpoints, in the safetensors format.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use fairgrid_sdk::{Failure, Status};
use safetensors::{Dtype, SafeTensors, View};
use serde_json::Value;
use tch::{Kind, Tensor};

use crate::failure::torch;

/// The key of the file's one note. A second one would make the bytes depend on the order of a hash map.
const NOTE: &str = "fairgrid";

/// What a file holds.
pub(crate) struct Contents {
    /// What was noted about the tensors; null in files of other programs.
    pub(crate) note: Value,
    /// The tensors by name.
    pub(crate) tensors: BTreeMap<String, Tensor>,
}

/// Writes a file aside, sees it on the disk and renames it, so that it is either as it was or whole.
///
/// # Errors
/// The file can't be written, or a tensor can't be copied.
pub(crate) fn write(path: &Path, note: &Value, tensors: &[(String, Tensor)]) -> Result<(), Failure> {
    let named = tensors.iter().map(|(name, tensor)| Ok((name.as_str(), Bytes::of(tensor)?))).collect::<Result<Vec<_>, Failure>>()?;
    let note = HashMap::from([(NOTE.to_owned(), note.to_string())]);
    let content = safetensors::serialize(named, Some(note)).map_err(|error| Failure::file(path, error))?;
    let aside = path.with_added_extension("part");
    let written = File::create(&aside).and_then(|mut file| file.write_all(&content).and_then(|()| file.sync_all()));
    written.and_then(|()| fs::rename(&aside, path)).map_err(|error| Failure::file(path, error))
}

/// Reads a file.
///
/// # Errors
/// It can't be read, or holds something else.
pub(crate) fn read(path: &Path) -> Result<Contents, Failure> {
    let content = fs::read(path).map_err(|error| Failure::file(path, error))?;
    let wrong = |error: &dyn std::fmt::Display| {
        Failure::new(Status::File, format_args!("`{}` is no safetensors file: {error}", path.display()))
            .help("weights of PyTorch are converted with `safetensors.torch.save_file(model.state_dict(), path)`")
    };
    let (_, header) = SafeTensors::read_metadata(&content).map_err(|error| wrong(&error))?;
    let note = header.metadata().as_ref().and_then(|notes| serde_json::from_str(notes.get(NOTE)?).ok()).unwrap_or_default();
    let parsed = SafeTensors::deserialize(&content).map_err(|error| wrong(&error))?;
    let mut tensors = BTreeMap::new();
    for (name, view) in parsed.iter() {
        let Some(kind) = kind(view.dtype()) else {
            return Err(wrong(&format_args!("the tensor `{name}` has the type {:?}", view.dtype())));
        };
        let size: Vec<i64> = view.shape().iter().map(|axis| axis.cast_signed() as i64).collect();
        tensors.insert(name.to_owned(), Tensor::f_from_data_size(view.data(), &size, kind).map_err(torch)?);
    }
    Ok(Contents { note, tensors })
}

/// A tensor's bytes, in row-major order.
struct Bytes {
    kind: Dtype,
    shape: Vec<usize>,
    data: Vec<u8>,
}

impl Bytes {
    fn of(tensor: &Tensor) -> Result<Self, Failure> {
        let tensor = tensor.detach().f_to_device(tch::Device::Cpu).and_then(|tensor| tensor.f_contiguous()).map_err(torch)?;
        let (kind, width) = match tensor.kind() {
            Kind::Float => (Dtype::F32, 4),
            Kind::Int64 => (Dtype::I64, 8),
            other => return Err(Failure::internal(format_args!("a tensor of the kind {other:?} has no place in a file"))),
        };
        let mut data = vec![0; tensor.numel() * width];
        tensor.f_copy_data_u8(&mut data, tensor.numel()).map_err(torch)?;
        Ok(Self { kind, shape: tensor.size().iter().map(|axis| axis.cast_unsigned() as usize).collect(), data })
    }
}

impl View for Bytes {
    fn dtype(&self) -> Dtype {
        self.kind
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.data)
    }

    fn data_len(&self) -> usize {
        self.data.len()
    }
}

fn kind(dtype: Dtype) -> Option<Kind> {
    Some(match dtype {
        Dtype::F16 => Kind::Half,
        Dtype::BF16 => Kind::BFloat16,
        Dtype::F32 => Kind::Float,
        Dtype::F64 => Kind::Double,
        Dtype::I64 => Kind::Int64,
        Dtype::I32 => Kind::Int,
        Dtype::U8 => Kind::Uint8,
        Dtype::BOOL => Kind::Bool,
        _ => return None,
    })
}
