import { useTranslation } from 'react-i18next';
import type { UserImportDetailView } from '#contract';
import { callFile } from '../api/client.js';
import { DownloadLink } from '../frame/download-link.js';
import classes from './faulty-lines.module.css';

/** The first lines that cannot be taken, and all of them as a file to mend and bring again. */
export function FaultyLines({ run }: { run: UserImportDetailView }) {
  const { t } = useTranslation();
  if (run.rows.length === 0) return null;
  return (
    <div>
      <table className={classes['lines']} aria-label={t('import.faults')}>
        <thead>
          <tr>
            <th scope="col">{t('import.line')}</th>
            <th scope="col">{t('field.username')}</th>
            <th scope="col">{t('import.reason')}</th>
          </tr>
        </thead>
        <tbody>
          {run.rows.map(({ line, username, reason }) => (
            <tr key={line}>
              <td>{line}</td>
              <td>{username}</td>
              <td lang="en">{reason}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <DownloadLink fetchFile={() => callFile(`/user-imports/${run.id}/failed-rows`, {})}>
        {t('import.downloadFaults')}
      </DownloadLink>
    </div>
  );
}
