/** The published networks, as their authors' repository and paper (ICCV 2021) give them. */
import type { ZooEntry } from "./entry.ts";

const CHECKPOINTS = "https://idstcv.oss-cn-zhangjiakou.aliyuncs.com/ZenNet/pretrained_models";

type Described = Omit<ZooEntry, "url">;

const cifar = { resolution: 32, cropResolution: 32, squeezeExcite: false } as const;
const imagenet = { resolution: 224, cropResolution: 320, classes: 1000 } as const;
/** No latencies were published for CIFAR, only parameters, multiply-adds and accuracy. */
const unmeasured = { v100MsPerImage: null, t4MsPerImage: null, pixel2Ms: null } as const;

const described: Readonly<Record<string, Described>> = {
  zennet_cifar10_model_size05M_res32: {
    ...cifar,
    classes: 10,
    structure: "SuperConvK3BNRELU(3,64,1,1)SuperResK1K5K1(64,168,1,16,3)SuperResK1K3K1(168,80,2,32,4)" +
      "SuperResK1K5K1(80,112,2,16,3)SuperResK1K5K1(112,144,1,24,3)SuperResK1K3K1(144,32,2,40,1)" +
      "SuperConvK1BNRELU(32,512,1,1)",
    checkpoint: "zennet_cifar10_model_size05M_res32/best-params_rank0.pth",
    published: { ...unmeasured, params: 0.5e6, flops: 140e6, top1Percent: 96.2 },
  },
  zennet_cifar10_model_size1M_res32: {
    ...cifar,
    classes: 10,
    structure: "SuperConvK3BNRELU(3,88,1,1)SuperResK1K7K1(88,120,1,16,1)SuperResK1K7K1(120,192,2,16,3)" +
      "SuperResK1K5K1(192,224,1,24,4)SuperResK1K5K1(224,96,2,24,2)SuperResK1K3K1(96,168,2,40,3)" +
      "SuperResK1K3K1(168,112,1,48,3)SuperConvK1BNRELU(112,512,1,1)",
    checkpoint: "zennet_cifar10_model_size1M_res32/best-params_rank0.pth",
    published: { ...unmeasured, params: 1e6, flops: 162e6, top1Percent: 96.2 },
  },
  zennet_cifar10_model_size2M_res32: {
    ...cifar,
    classes: 10,
    structure: "SuperConvK3BNRELU(3,32,1,1)SuperResK1K5K1(32,120,1,40,1)SuperResK1K5K1(120,176,2,32,3)" +
      "SuperResK1K7K1(176,272,1,24,3)SuperResK1K3K1(272,176,1,56,3)SuperResK1K3K1(176,176,1,64,4)" +
      "SuperResK1K5K1(176,216,2,40,2)SuperResK1K3K1(216,72,2,56,2)SuperConvK1BNRELU(72,512,1,1)",
    checkpoint: "zennet_cifar10_model_size2M_res32/best-params_rank0.pth",
    published: { ...unmeasured, params: 2e6, flops: 487e6, top1Percent: 97.5 },
  },
  zennet_cifar100_model_size05M_res32: {
    ...cifar,
    classes: 100,
    structure: "SuperConvK3BNRELU(3,64,1,1)SuperResK1K5K1(64,168,1,16,3)SuperResK1K3K1(168,80,2,32,4)" +
      "SuperResK1K5K1(80,112,2,16,3)SuperResK1K5K1(112,144,1,24,3)SuperResK1K3K1(144,32,2,40,1)" +
      "SuperConvK1BNRELU(32,512,1,1)",
    checkpoint: "zennet_cifar100_model_size05M_res32/best-params_rank0.pth",
    published: { ...unmeasured, params: 0.5e6, flops: 140e6, top1Percent: 79.9 },
  },
  zennet_cifar100_model_size1M_res32: {
    ...cifar,
    classes: 100,
    structure: "SuperConvK3BNRELU(3,88,1,1)SuperResK1K7K1(88,120,1,16,1)SuperResK1K7K1(120,192,2,16,3)" +
      "SuperResK1K5K1(192,224,1,24,4)SuperResK1K5K1(224,96,2,24,2)SuperResK1K3K1(96,168,2,40,3)" +
      "SuperResK1K3K1(168,112,1,48,3)SuperConvK1BNRELU(112,512,1,1)",
    checkpoint: "zennet_cifar100_model_size1M_res32/best-params_rank0.pth",
    published: { ...unmeasured, params: 1e6, flops: 162e6, top1Percent: 80.1 },
  },
  zennet_cifar100_model_size2M_res32: {
    ...cifar,
    classes: 100,
    structure: "SuperConvK3BNRELU(3,32,1,1)SuperResK1K5K1(32,120,1,40,1)SuperResK1K5K1(120,176,2,32,3)" +
      "SuperResK1K7K1(176,272,1,24,3)SuperResK1K3K1(272,176,1,56,3)SuperResK1K3K1(176,176,1,64,4)" +
      "SuperResK1K5K1(176,216,2,40,2)SuperResK1K3K1(216,72,2,56,2)SuperConvK1BNRELU(72,512,1,1)",
    checkpoint: "zennet_cifar100_model_size2M_res32/best-params_rank0.pth",
    published: { ...unmeasured, params: 2e6, flops: 487e6, top1Percent: 84.4 },
  },
  zennet_imagenet1k_flops400M_SE_res224: {
    ...imagenet,
    squeezeExcite: true,
    structure: "SuperConvK3BNRELU(3,16,2,1)SuperResIDWE1K7(16,40,2,40,1)SuperResIDWE1K7(40,64,2,64,1)" +
      "SuperResIDWE4K7(64,96,2,96,5)SuperResIDWE2K7(96,224,2,224,5)SuperConvK1BNRELU(224,2048,1,1)",
    checkpoint: "iccv2021_zennet_imagenet1k_flops400M_SE_res224/student_best-params_rank0.pth",
    published: {
      params: 5.7e6,
      flops: 410e6,
      top1Percent: 78,
      v100MsPerImage: 0.25,
      t4MsPerImage: 0.39,
      pixel2Ms: 87.9,
    },
  },
  zennet_imagenet1k_flops600M_SE_res224: {
    ...imagenet,
    squeezeExcite: true,
    structure: "SuperConvK3BNRELU(3,24,2,1)SuperResIDWE1K7(24,48,2,48,1)SuperResIDWE2K7(48,72,2,72,1)" +
      "SuperResIDWE6K7(72,96,2,88,5)SuperResIDWE4K7(96,192,2,168,5)SuperConvK1BNRELU(192,2048,1,1)",
    checkpoint: "iccv2021_zennet_imagenet1k_flops600M_SE_res224/student_best-params_rank0.pth",
    published: {
      params: 7.1e6,
      flops: 611e6,
      top1Percent: 79.1,
      v100MsPerImage: 0.36,
      t4MsPerImage: 0.52,
      pixel2Ms: 128.6,
    },
  },
  zennet_imagenet1k_flops900M_SE_res224: {
    ...imagenet,
    squeezeExcite: true,
    structure: "SuperConvK3BNRELU(3,16,2,1)SuperResIDWE1K7(16,48,2,72,1)SuperResIDWE2K7(48,72,2,64,3)" +
      "SuperResIDWE2K7(72,152,2,144,3)SuperResIDWE2K7(152,360,2,352,4)SuperResIDWE4K7(360,288,1,264,3)" +
      "SuperConvK1BNRELU(288,2048,1,1)",
    checkpoint: "zennet_imagenet1k_flops900M_SE_res224/student_best-params_rank0.pth",
    published: {
      params: 19.4e6,
      flops: 934e6,
      top1Percent: 80.8,
      v100MsPerImage: 0.55,
      t4MsPerImage: 0.55,
      pixel2Ms: 215.7,
    },
  },
  zennet_imagenet1k_latency01ms_res224: {
    ...imagenet,
    squeezeExcite: false,
    structure: "SuperConvK3BNRELU(3,24,2,1)SuperResK3K3(24,32,2,64,1)SuperResK5K5(32,64,2,32,1)" +
      "SuperResK5K5(64,168,2,96,1)SuperResK1K5K1(168,320,1,120,1)SuperResK1K5K1(320,640,2,304,3)" +
      "SuperResK1K5K1(640,512,1,384,1)SuperConvK1BNRELU(512,2384,1,1)",
    checkpoint: "iccv2021_zennet_imagenet1k_latency01ms_res224/student_best-params_rank0.pth",
    published: {
      params: 30.1e6,
      flops: 1.7e9,
      top1Percent: 77.8,
      v100MsPerImage: 0.1,
      t4MsPerImage: 0.08,
      pixel2Ms: 181.7,
    },
  },
  zennet_imagenet1k_latency02ms_res224: {
    ...imagenet,
    squeezeExcite: false,
    structure: "SuperConvK3BNRELU(3,24,2,1)SuperResK1K5K1(24,32,2,32,1)SuperResK1K7K1(32,104,2,64,1)" +
      "SuperResK1K5K1(104,512,2,160,1)SuperResK1K5K1(512,344,1,192,1)SuperResK1K5K1(344,688,2,320,4)" +
      "SuperResK1K5K1(688,680,1,304,3)SuperConvK1BNRELU(680,2552,1,1)",
    checkpoint: "iccv2021_zennet_imagenet1k_latency02ms_res224/student_best-params_rank0.pth",
    published: {
      params: 49.7e6,
      flops: 3.4e9,
      top1Percent: 80.8,
      v100MsPerImage: 0.2,
      t4MsPerImage: 0.15,
      pixel2Ms: 357.4,
    },
  },
  zennet_imagenet1k_latency03ms_res224: {
    ...imagenet,
    squeezeExcite: false,
    structure: "SuperConvK3BNRELU(3,24,2,1)SuperResK1K5K1(24,64,2,32,1)SuperResK1K3K1(64,128,2,128,1)" +
      "SuperResK1K7K1(128,432,2,128,1)SuperResK1K5K1(432,272,1,160,1)SuperResK1K5K1(272,848,2,384,4)" +
      "SuperResK1K5K1(848,848,1,320,3)SuperResK1K5K1(848,456,1,320,3)SuperConvK1BNRELU(456,6704,1,1)",
    checkpoint: "iccv2021_zennet_imagenet1k_latency03ms_res224/student_best-params_rank0.pth",
    published: {
      params: 85.4e6,
      flops: 4.8e9,
      top1Percent: 81.5,
      v100MsPerImage: 0.3,
      t4MsPerImage: 0.2,
      pixel2Ms: 517,
    },
  },
  zennet_imagenet1k_latency05ms_res224: {
    ...imagenet,
    squeezeExcite: false,
    structure: "SuperConvK3BNRELU(3,8,2,1)SuperResK1K7K1(8,64,2,32,1)SuperResK1K3K1(64,152,2,128,1)" +
      "SuperResK1K5K1(152,640,2,192,4)SuperResK1K5K1(640,640,1,192,2)SuperResK1K5K1(640,1536,2,384,4)" +
      "SuperResK1K5K1(1536,816,1,384,3)SuperResK1K5K1(816,816,1,384,3)SuperConvK1BNRELU(816,5304,1,1)",
    checkpoint: "iccv2021_zennet_imagenet1k_latency05ms_res224/student_best-params_rank0.pth",
    published: {
      params: 118e6,
      flops: 8.3e9,
      top1Percent: 82.7,
      v100MsPerImage: 0.5,
      t4MsPerImage: 0.3,
      pixel2Ms: 798.7,
    },
  },
  zennet_imagenet1k_latency08ms_res224: {
    ...imagenet,
    squeezeExcite: false,
    structure: "SuperConvK3BNRELU(3,16,2,1)SuperResK1K5K1(16,64,2,64,1)SuperResK1K3K1(64,240,2,128,2)" +
      "SuperResK1K7K1(240,640,2,160,3)SuperResK1K7K1(640,768,1,192,4)SuperResK1K5K1(768,1536,2,384,5)" +
      "SuperResK1K5K1(1536,1536,1,384,3)SuperResK1K5K1(1536,2304,1,384,5)SuperConvK1BNRELU(2304,4912,1,1)",
    checkpoint: "iccv2021_zennet_imagenet1k_latency08ms_res224/student_best-params_rank0.pth",
    published: {
      params: 183e6,
      flops: 13.9e9,
      top1Percent: 83,
      v100MsPerImage: 0.8,
      t4MsPerImage: 0.57,
      pixel2Ms: 1365,
    },
  },
  zennet_imagenet1k_latency12ms_res224: {
    ...imagenet,
    cropResolution: 380,
    squeezeExcite: false,
    structure: "SuperConvK3BNRELU(3,32,2,1)SuperResK1K5K1(32,80,2,32,1)SuperResK1K7K1(80,432,2,128,5)" +
      "SuperResK1K7K1(432,640,2,192,3)SuperResK1K7K1(640,1008,1,160,5)SuperResK1K7K1(1008,976,1,160,4)" +
      "SuperResK1K5K1(976,2304,2,384,5)SuperResK1K5K1(2304,2496,1,384,5)SuperConvK1BNRELU(2496,3072,1,1)",
    checkpoint: "iccv2021_zennet_imagenet1k_latency12ms_res224/student_best-params_rank0.pth",
    published: {
      params: 180e6,
      flops: 22e9,
      top1Percent: 83.6,
      v100MsPerImage: 1.2,
      t4MsPerImage: 0.85,
      pixel2Ms: 2051,
    },
  },
};

/** Every published network by its name. */
export const publishedNetworks: ReadonlyMap<string, ZooEntry> = new Map(
  Object.entries(described).map(([name, entry]) => [name, { ...entry, url: `${CHECKPOINTS}/${entry.checkpoint}` }]),
);
