import { Alert, Button } from 'antd';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import styles from './devices.module.css';
import { qrReader } from './scan';

const LOOK_EVERY_MS = 200;

type Fault = 'denied' | 'none' | 'failed';

function faultOf(error: unknown): Fault {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError') return 'denied';
  return name === 'NotFoundError' ? 'none' : 'failed';
}

type Props = { onCode: (code: string) => void; onClose: () => void };

/** The camera's picture, looked at until there is a code on it. */
export function Camera({ onCode, onClose }: Props) {
  const { t } = useTranslation();
  const video = useRef<HTMLVideoElement>(null);
  const [fault, setFault] = useState<Fault | null>(null);
  const found = useEffectEvent(onCode);

  // The camera is the browser's; it is let go of whenever this part is.
  useEffect(() => {
    let isOver = false;
    let stream: MediaStream | null = null;
    let timer: ReturnType<typeof setTimeout>;

    async function look(picture: HTMLVideoElement, read: Awaited<ReturnType<typeof qrReader>>) {
      if (isOver) return;
      const { videoWidth, videoHeight } = picture;
      const code = videoWidth > 0 ? await read(picture, videoWidth, videoHeight) : null;
      if (isOver) return;
      if (code) found(code);
      else timer = setTimeout(() => void look(picture, read).catch(fail), LOOK_EVERY_MS);
    }

    function fail(error: unknown) {
      if (!isOver) setFault(faultOf(error));
    }

    async function start() {
      const [given, read] = await Promise.all([
        navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } }),
        qrReader(),
      ]);
      stream = given;
      if (isOver || !video.current) {
        for (const track of given.getTracks()) track.stop();
        return;
      }
      video.current.srcObject = given;
      await video.current.play();
      await look(video.current, read);
    }

    start().catch(fail);
    return () => {
      isOver = true;
      clearTimeout(timer);
      for (const track of stream?.getTracks() ?? []) track.stop();
    };
  }, []);

  return (
    <div className={styles.camera}>
      {fault ? (
        <Alert type="warning" showIcon title={t(`onboard.cameraFaults.${fault}`)} />
      ) : (
        <>
          <video ref={video} muted playsInline aria-label={t('onboard.cameraPicture')} />
          <p className={styles.hint} role="status">
            {t('onboard.looking')}
          </p>
        </>
      )}
      <div>
        <Button onClick={onClose}>{t('onboard.cameraOff')}</Button>
      </div>
    </div>
  );
}
