import { Alert, Button } from 'antd';
import {
  type ChangeEvent,
  type KeyboardEvent,
  type RefObject,
  useId,
  useRef,
  useState,
} from 'react';
import { useTranslation } from 'react-i18next';
import { CameraOutlined, PictureOutlined } from '@/components/icons';
import { Camera } from './Camera';
import styles from './entry.module.css';
import { codeOnPhoto, hasCamera } from './scan';

type Props = {
  fieldRef: RefObject<HTMLTextAreaElement | null>;
  code: string;
  isReading: boolean;
  onType: (text: string) => void;
  /** A whole code: scanned, on a photo, or typed to its end. */
  onCode: (text: string) => void;
};

/** The three ways to a code: the camera, a photo, and the keyboard, which is also a hand scanner's. */
export function CodeEntry({ fieldRef, code, isReading, onType, onCode }: Props) {
  const { t } = useTranslation();
  const fieldId = useId();
  const [isLooking, setIsLooking] = useState(false);
  const [photoFault, setPhotoFault] = useState(false);
  const file = useRef<HTMLInputElement>(null);
  const mayLook = hasCamera();

  async function readPhoto(event: ChangeEvent<HTMLInputElement>) {
    const [photo] = event.target.files ?? [];
    event.target.value = '';
    if (!photo) return;
    setPhotoFault(false);
    const found = await codeOnPhoto(photo).catch(() => null);
    if (found) onCode(found);
    else setPhotoFault(true);
  }

  function submitOnEnter(event: KeyboardEvent) {
    if (event.key !== 'Enter' || event.shiftKey) return;
    event.preventDefault();
    onCode(code);
  }

  return (
    <>
      {isLooking && (
        <Camera
          onCode={(found) => {
            setIsLooking(false);
            onCode(found);
          }}
          onClose={() => setIsLooking(false)}
        />
      )}
      <div className={styles.buttons}>
        {mayLook && !isLooking && (
          <Button icon={<CameraOutlined />} onClick={() => setIsLooking(true)}>
            {t('onboard.scan')}
          </Button>
        )}
        <Button icon={<PictureOutlined />} onClick={() => file.current?.click()}>
          {t('onboard.photo')}
        </Button>
        <input
          ref={file}
          type="file"
          accept="image/*"
          capture="environment"
          hidden
          aria-label={t('onboard.photo')}
          onChange={(event) => void readPhoto(event)}
        />
      </div>
      {!mayLook && <p className={styles.hint}>{t('onboard.noCamera')}</p>}
      {photoFault && (
        <Alert
          type="warning"
          showIcon
          className={styles.alert}
          title={t('onboard.photoNothing')}
          closable={{ onClose: () => setPhotoFault(false) }}
        />
      )}
      <label htmlFor={fieldId} className={styles.label}>
        {t('onboard.code')}
      </label>
      <textarea
        ref={fieldRef}
        id={fieldId}
        className={styles.code}
        rows={3}
        maxLength={1024}
        spellCheck={false}
        autoComplete="off"
        autoCapitalize="characters"
        placeholder="LW:D0:1122334455667788:AABBCCDDEEFF0011:AABB1122"
        value={code}
        onChange={(event) => onType(event.target.value)}
        onKeyDown={submitOnEnter}
      />
      <div className={styles.buttons}>
        <Button
          type="primary"
          loading={isReading}
          disabled={code.trim() === ''}
          onClick={() => onCode(code)}
        >
          {t('onboard.read')}
        </Button>
      </div>
    </>
  );
}
