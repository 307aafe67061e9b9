/**
 * QR codes from pictures. The browser's own reader where it has one; elsewhere a small one that is
 * loaded when somebody first needs it. What a code means is the server's to say.
 */
type Reader = (
  picture: CanvasImageSource,
  width: number,
  height: number,
  effort?: { effort: number; timeLimit: number },
) => Promise<string | null>;

type BarcodeDetector = { detect: (picture: CanvasImageSource) => Promise<{ rawValue: string }[]> };
type BarcodeDetectors = {
  new (options: { formats: string[] }): BarcodeDetector;
  getSupportedFormats: () => Promise<string[]>;
};

/** Larger pictures take longer and are read no better. */
const SIDE_MAX = 1_200;

async function ownReader(): Promise<Reader | null> {
  const { BarcodeDetector: Detectors } = window as { BarcodeDetector?: BarcodeDetectors };
  if (!Detectors) return null;
  try {
    if (!(await Detectors.getSupportedFormats()).includes('qr_code')) return null;
    const detector = new Detectors({ formats: ['qr_code'] });
    return async (picture) => (await detector.detect(picture))[0]?.rawValue ?? null;
  } catch {
    // Some systems name it and do not have it.
    return null;
  }
}

async function loadedReader(): Promise<Reader> {
  const { default: decodeQr } = await import('qr/decode.js');
  const canvas = document.createElement('canvas');
  return async (picture, width, height, effort) => {
    const scale = Math.min(1, SIDE_MAX / Math.max(width, height));
    canvas.width = Math.max(1, Math.round(width * scale));
    canvas.height = Math.max(1, Math.round(height * scale));
    const context = canvas.getContext('2d', { willReadFrequently: true });
    if (!context) return null;
    context.drawImage(picture, 0, 0, canvas.width, canvas.height);
    const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
    try {
      return decodeQr(pixels, effort) || null;
    } catch {
      // There is none to be seen.
      return null;
    }
  };
}

let reader: Promise<Reader> | null = null;

export function qrReader(): Promise<Reader> {
  reader ??= ownReader()
    .then((own) => own ?? loadedReader())
    .catch((error: unknown) => {
      // A network that was away is asked again.
      reader = null;
      throw error;
    });
  return reader;
}

/** There is but one photo, while of the camera's pictures the next will do. */
const THOROUGH = { effort: Number.POSITIVE_INFINITY, timeLimit: 5_000 };

/** The code on a photo, or null if there is none to be seen. */
export async function codeOnPhoto(photo: Blob): Promise<string | null> {
  const picture = await createImageBitmap(photo);
  try {
    return await (await qrReader())(picture, picture.width, picture.height, THOROUGH);
  } finally {
    picture.close();
  }
}

/** Browsers hand out the camera over https only; a site server may have http. */
export const hasCamera = (): boolean =>
  window.isSecureContext && typeof navigator.mediaDevices?.getUserMedia === 'function';
