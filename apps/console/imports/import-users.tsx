import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useOnce } from '../api/repeats.js';
import { Failed, Lines } from '../frame/states.js';
import { ChooseFile } from './choose-file.js';
import { ImportProgress } from './import-progress.js';
import { ImportReport } from './import-report.js';
import { startImport, useImport } from './imports-api.js';

interface ImportUsersProps {
  /** The import that the address names; none yet before a file is chosen. */
  id: string | null;
  onOpen: (id: string | null) => void;
  onClose: () => void;
}

/** A file of users: checked first, then added. The address names the run, so that it can be left and found again. */
export function ImportUsers({ id, onOpen, onClose }: ImportUsersProps) {
  const [file, setFile] = useState<File | null>(null);
  const once = useOnce();
  const start = useMutation({
    mutationFn: ({ chosen, ...how }: { chosen: File; dryRun: boolean; welcome: boolean }) => {
      const { name, size, lastModified } = chosen;
      return once({ name, size, lastModified, ...how }, (key) => startImport(chosen, how, key));
    },
    onSuccess: ({ id: started }) => onOpen(started),
  });
  if (id === null) {
    return (
      <ChooseFile
        file={file}
        onChoose={(chosen) => {
          start.reset();
          setFile(chosen);
        }}
        problem={start.error}
        pending={start.isPending}
        onCheck={(chosen) => start.mutate({ chosen, dryRun: true, welcome: false })}
        onClose={onClose}
      />
    );
  }
  return (
    <Run
      id={id}
      problem={start.error}
      pending={start.isPending}
      onAdd={file && ((welcome) => start.mutate({ chosen: file, dryRun: false, welcome }))}
      onAgain={() => onOpen(null)}
      onClose={onClose}
    />
  );
}

interface RunProps {
  id: string;
  problem: unknown;
  pending: boolean;
  /** Null where the page was loaded anew: no browser keeps a file that was chosen. */
  onAdd: ((welcome: boolean) => void) | null;
  onAgain: () => void;
  onClose: () => void;
}

function Run({ id, ...report }: RunProps) {
  const { data, error, refetch } = useImport(id);
  if (!data) return error ? <Failed error={error} onRetry={() => void refetch()} /> : <Lines count={4} />;
  if (data.state === 'running') return <ImportProgress run={data} onClose={report.onClose} />;
  return <ImportReport run={data} {...report} />;
}
