import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AnswerAcceptedView, ChallengeView } from '#contract';
import { PageLink } from '../frame/page-link.js';
import { Plain } from '../frame/plain.js';
import { AnswerStep } from './answer-step.js';
import type { Applicant } from './applicant.js';
import { NameStep } from './name-step.js';
import { SentStep } from './sent-step.js';

const page = getRouteApi('/reset');

/** The way back in without anybody's help: who you are, your question, and the same answer for everybody. */
export function ResetPage() {
  const { t } = useTranslation();
  const search = page.useSearch();
  const [applicant, setApplicant] = useState<Applicant>({
    practiceId: search.practiceId ?? '',
    username: search.username ?? '',
  });
  const [challenge, setChallenge] = useState<ChallengeView | null>(null);
  const [accepted, setAccepted] = useState<AnswerAcceptedView | null>(null);
  if (accepted) {
    return (
      <Plain title={t('reset.sentTitle')}>
        <SentStep mail={accepted.mail} applicant={applicant} />
      </Plain>
    );
  }
  const back = (
    <PageLink to="/sign-in" search={applicant}>
      {t('reset.back')}
    </PageLink>
  );
  return challenge ? (
    <Plain title={t('reset.answerTitle')} step={t('reset.step', { step: 2, steps: 2 })} foot={back}>
      <AnswerStep challenge={challenge} onDone={setAccepted} onRestart={() => setChallenge(null)} />
    </Plain>
  ) : (
    <Plain title={t('reset.title')} step={t('reset.step', { step: 1, steps: 2 })} foot={back}>
      <NameStep
        applicant={applicant}
        onDone={(found, who) => {
          setApplicant(who);
          setChallenge(found);
        }}
      />
    </Plain>
  );
}
