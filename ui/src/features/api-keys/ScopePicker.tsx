import { Checkbox, Radio } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Scope } from '@/api/types';
import styles from './apiKeys.module.css';
import {
  type Reach,
  reachOf,
  scopedResources,
  singleScopes,
  withReach,
  withSingle,
} from './scopes';

const reaches: readonly Reach[] = ['none', 'read', 'write'];

type Props = { id?: string; value?: Scope[]; onChange?: (scopes: Scope[]) => void };

/** What a key may touch, resource by resource. */
export function ScopePicker({ id, value = [], onChange }: Props) {
  const { t } = useTranslation();
  return (
    <div id={id} className={styles.scopes}>
      {scopedResources.map((resource) => (
        <div key={resource} className={styles.scopeRow}>
          <span>{t(`apiKeys.scopes.${resource}`)}</span>
          <Radio.Group
            aria-label={t(`apiKeys.scopes.${resource}`)}
            size="small"
            optionType="button"
            buttonStyle="solid"
            value={reachOf(value, resource)}
            options={reaches.map((reach) => ({
              value: reach,
              label: t(`apiKeys.reaches.${reach}`),
            }))}
            onChange={(event) =>
              onChange?.(withReach(value, resource, event.target.value as Reach))
            }
          />
        </div>
      ))}
      <div className={styles.singles}>
        {singleScopes.map((scope) => (
          <Checkbox
            key={scope}
            checked={value.includes(scope)}
            onChange={(event) => onChange?.(withSingle(value, scope, event.target.checked))}
          >
            {t(`apiKeys.singles.${scope}`)} <code className={styles.scopeCode}>{scope}</code>
          </Checkbox>
        ))}
      </div>
    </div>
  );
}
