import { type DragEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import styles from './FileDrop.module.css';
import { useFormats } from './format';
import { FileTextOutlined } from './icons';

type Props = {
  file: File | null;
  isAllowed: boolean;
  /** What is taken, in a few words. */
  hint: string;
  onFile: (file: File) => void;
};

/** A place to drop a file onto, which is also a button to choose one. */
export function FileDrop({ file, isAllowed, hint, onFile }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setIsOver] = useState(false);

  function take(files: FileList | null) {
    const [first] = files ?? [];
    if (first && isAllowed) onFile(first);
  }

  function drop(event: DragEvent) {
    event.preventDefault();
    setIsOver(false);
    take(event.dataTransfer.files);
  }

  return (
    <>
      <button
        type="button"
        className={isOver && isAllowed ? styles.dropOver : styles.drop}
        aria-disabled={!isAllowed}
        onClick={() => isAllowed && input.current?.click()}
        onDragOver={(event) => {
          event.preventDefault();
          setIsOver(true);
        }}
        onDragLeave={() => setIsOver(false)}
        onDrop={drop}
      >
        <span className={styles.dropIcon} aria-hidden="true">
          <FileTextOutlined />
        </span>
        <span className={styles.dropName}>{file ? file.name : t('imports.drop')}</span>
        <span className={styles.second}>
          {file
            ? t('imports.size', { size: formats.number(Math.max(1, Math.round(file.size / 1024))) })
            : hint}
        </span>
      </button>
      <input
        ref={input}
        type="file"
        hidden
        accept=".csv,.tsv,.txt,text/csv,text/plain"
        aria-label={t('imports.file')}
        onChange={(event) => {
          take(event.target.files);
          // The same file, mended, can be chosen again.
          event.target.value = '';
        }}
      />
    </>
  );
}
