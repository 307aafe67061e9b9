import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { deviceQuery } from '@/api/devices';
import type { Device } from '@/api/types';
import { paths } from '@/app/paths';
import { useMe } from '@/app/session/me';
import { useTenantId } from '@/app/session/useSession';
import { DataAge } from '@/components/DataAge';
import { Eui } from '@/components/Eui';
import { Fact, Facts } from '@/components/Facts';
import { Age, Moment } from '@/components/Moment';
import { PageSkeleton } from '@/components/PageSkeleton';
import { Panel } from '@/components/Panel';
import { StatusTag } from '@/components/StatusTag';
import { DisplayPanels } from './DisplayPanels';
import styles from './devices.module.css';
import { StageTag } from './StageTag';

export default function DeviceIdentityPage() {
  const { deviceId: id = '' } = useParams();
  const query = useQuery(deviceQuery(useTenantId(), id));
  if (!query.data) return <PageSkeleton />;
  const { device } = query.data;
  return (
    <div className={styles.columns}>
      <Identity device={device} />
      <Service device={device} age={<DataAge query={query} />} />
      <DisplayPanels device={device} />
    </div>
  );
}

/** What it is, whoever has it. */
function Identity({ device }: { device: Device }) {
  const { t } = useTranslation();
  const { tenant } = useMe();
  const { model } = device;
  return (
    <Panel title={t('devices.identity')}>
      <Facts>
        <Fact label="DevEUI">
          <Eui eui={device.dev_eui} what="DevEUI" />
        </Fact>
        {tenant.kind === 'platform' && <Fact label={t('estate.tenant')}>{device.tenant_name}</Fact>}
        <Fact label={t('fields.name')}>{device.name ?? t('devices.unnamed')}</Fact>
        <Fact label={t('devices.model')}>
          {model ? (
            <Link to={paths.deviceModels({ model: model.id })}>
              {model.vendor} {model.name}
            </Link>
          ) : (
            t('devices.modelUnknown')
          )}
        </Fact>
        <Fact label={t('devices.canBe')}>
          {device.roles.length > 0
            ? device.roles.map((role) => t(`devices.roles.${role}`)).join(', ')
            : t('devices.canBeNothing')}
        </Fact>
        <Fact label="JoinEUI">
          {device.join_eui ? <Eui eui={device.join_eui} what="JoinEUI" /> : '–'}
        </Fact>
        <Fact label="AppKey">
          {device.has_app_key ? (
            <StatusTag tone="good">{t('devices.keyKnown')}</StatusTag>
          ) : (
            <StatusTag tone="quiet">{t('devices.keyUnknown')}</StatusTag>
          )}
        </Fact>
        <Fact label={t('devices.serial')}>{device.serial_number ?? '–'}</Fact>
        <Fact label={t('spaces.notes')}>
          <span className={styles.notes}>{device.notes ?? '–'}</span>
        </Fact>
        {Object.entries(device.metadata as Record<string, unknown>).map(([key, value]) => (
          <Fact key={key} label={key}>
            {typeof value === 'string' ? value : <code>{JSON.stringify(value)}</code>}
          </Fact>
        ))}
        <Fact label={t('tenants.created')}>
          <Moment at={device.created_at} />
        </Fact>
        <Fact label={t('tenants.updated')}>
          <Moment at={device.updated_at} />
        </Fact>
        <Fact label={t('tenants.id')}>
          <code>{device.id}</code>
        </Fact>
      </Facts>
    </Panel>
  );
}

/** Where it works, and how far its life has got. */
function Service({ device, age }: { device: Device; age: React.ReactNode }) {
  const { t } = useTranslation();
  const { space_id, space_code, site_id, site_name, role, assigned_at, assigned_by } = device;
  return (
    <Panel title={t('devices.service')} extra={age}>
      {space_id && site_id ? (
        <Facts>
          <Fact label={t('spaces.one')}>
            <Link to={paths.bay(space_id)} className={styles.link}>
              {space_code}
            </Link>
          </Fact>
          <Fact label={t('spaces.site')}>
            <Link to={paths.site(site_id)}>{site_name}</Link>
          </Fact>
          <Fact label={t('devices.asWhat')}>{role ? t(`devices.roles.${role}`) : '–'}</Fact>
          <Fact label={t('spaces.since')}>
            {assigned_at ? <Moment at={assigned_at} /> : '–'}
            {assigned_by && (
              <span className={styles.second}>{t('spaces.byWhom', { name: assigned_by })}</span>
            )}
          </Fact>
        </Facts>
      ) : (
        <p className={styles.hint}>{t('devices.servesNone')}</p>
      )}
      <h3 className={styles.subtitle}>{t('devices.stage')}</h3>
      <p className={styles.stageLine}>
        <StageTag stage={device.lifecycle_state} />
        <span className={styles.quiet}>
          {t('spaces.since')} <Age at={device.lifecycle_changed_at} />
        </span>
      </p>
      <p className={styles.hint}>{t(`devices.stages.${device.lifecycle_state}.text`)}</p>
    </Panel>
  );
}
