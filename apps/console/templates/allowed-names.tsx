import { useTranslation } from 'react-i18next';
import type { TemplateView } from '#contract';
import { Fact, Facts } from '../frame/facts.js';
import classes from './templates.module.css';

/** What a wording may name, and what it must keep, as the API tells. */
export function AllowedNames({ template }: { template: TemplateView }) {
  const { t } = useTranslation();
  const { values, lists, required } = template;
  return (
    <Facts>
      <Fact name={t('templates.mustKeep')}>
        {required.lines.length > 0 && required.lines.map((line) => <Exact key={line} text={line} />)}
      </Fact>
      <Fact name={t('templates.mustSay')}>
        {required.values.length > 0 && required.values.map((name) => <Exact key={name} text={tag(name)} />)}
      </Fact>
      <Fact name={t('templates.values')}>
        {values.map((name) => (
          <Exact key={name} text={tag(name)} />
        ))}
      </Fact>
      <Fact name={t('templates.lists')}>
        {lists.map((name) => (
          <Exact key={name} text={`{{either ${name}}}`} />
        ))}
      </Fact>
    </Facts>
  );
}

const tag = (name: string) => `{{${name}}}`;

function Exact({ text }: { text: string }) {
  return <code className={classes['exact']}>{text}</code>;
}
