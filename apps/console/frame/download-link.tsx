import { Anchor, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { ApiProblem } from '../api/problem.js';
import { useProblemWords } from './problem-words.js';

interface DownloadLinkProps {
  fetchFile: () => Promise<File>;
  children: ReactNode;
}

/** A file of the API, fetched by us: the API may ask for the password first, which a plain link could not answer. */
export function DownloadLink({ fetchFile, children }: DownloadLinkProps) {
  const words = useProblemWords();
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [fetching, setFetching] = useState(false);
  const download = async (): Promise<void> => {
    setProblem(null);
    setFetching(true);
    try {
      save(await fetchFile());
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      setProblem(error);
    } finally {
      setFetching(false);
    }
  };
  return (
    <>
      <Anchor component="button" type="button" disabled={fetching} onClick={() => void download()}>
        {children}
      </Anchor>
      {problem && (
        <Text role="alert" size="sm">
          {words(problem).detail}
        </Text>
      )}
    </>
  );
}

function save(file: File): void {
  const address = URL.createObjectURL(file);
  Object.assign(document.createElement('a'), { href: address, download: file.name }).click();
  URL.revokeObjectURL(address);
}
