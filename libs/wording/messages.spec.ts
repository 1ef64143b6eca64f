import { describe, expect, it } from 'vitest';
import { checkFacts, checkModel, isSecretKind, MESSAGE_KINDS, type MessageKind } from './messages.js';

const shared = {
  practiceName: 'Harbour Dental',
  displayName: 'Lee Chan',
  consoleUrl: 'http://127.0.0.1:3000',
  supportContact: 'the operator of this installation',
  administrators: ['Ana Ruiz'],
};

describe('the facts of a message', () => {
  it('never hold a credential, so that none is stored', () => {
    const facts = { ...shared, askedBy: { kind: 'self_service' } };
    expect(checkFacts('temporary-credential', facts)).toEqual(facts);
    expect(() => checkFacts('temporary-credential', { ...facts, credential: 'AAAAA-AAAAA' })).toThrow(
      /credential/,
    );
    expect(() => checkFacts('temporary-credential', { ...facts, expiresAt: 'soon' })).toThrow(/expiresAt/);
    expect(() =>
      checkFacts('member-welcome', { ...shared, username: 'lee', addedBy: 'Ana', credential: 'AAAAA' }),
    ).toThrow(/credential/);
  });

  it('never hold the Practice ID of a mail that must not name it', () => {
    const facts = { ...shared, askedBy: { kind: 'self_service' } };
    expect(() => checkFacts('temporary-credential', { ...facts, practiceId: '7K3QM-2XR9D' })).toThrow();
    for (const consoleUrl of [
      'https://latchkey.example/sign-in?practiceId=7K3QM-2XR9D',
      'https://latchkey.example/7K3QM-2XR9D',
      'https://7K3QM-2XR9D@latchkey.example',
      'javascript:alert(1)',
    ]) {
      expect(() => checkFacts('temporary-credential', { ...facts, consoleUrl })).toThrow();
    }
  });

  it('are filled in where something may be unknown', () => {
    const facts = checkFacts('password-changed', { ...shared, at: 'today' });
    expect(facts.sourceAddress).toBeNull();
  });

  it('show no value in the error', () => {
    const facts = { ...shared, practiceId: 'SECRETVALUE', username: 'a' };
    const attempt = () => checkFacts('practice-welcome', facts);
    expect(attempt).toThrow(/practiceId/);
    expect(attempt).not.toThrow(/SECRETVALUE/);
  });
});

describe('the model of a message', () => {
  it('takes the credential where its mail carries one, and only there', () => {
    const secret = { credential: 'AAAAA-AAAAA', expiresAt: 'tomorrow' };
    const model = { ...shared, askedBy: { kind: 'administrator', name: 'Ana Ruiz' }, ...secret };
    expect(checkModel('temporary-credential', model)).toEqual(model);
    expect(() => checkModel('reset-attempted', { ...shared, at: 'today', ...secret })).toThrow();
  });

  it('is secret for exactly two kinds', () => {
    const kinds = Object.keys(MESSAGE_KINDS) as MessageKind[];
    expect(kinds.filter(isSecretKind)).toEqual(['member-welcome', 'temporary-credential']);
  });
});

it('no kind is ever renamed: programs read it in X-Latchkey-Template', () => {
  expect(Object.keys(MESSAGE_KINDS)).toEqual([
    'practice-welcome',
    'member-welcome',
    'temporary-credential',
    'password-changed',
    'security-question-changed',
    'email-changed',
    'delivery-failed',
    'reset-attempted',
    'administrator-changed',
    'single-administrator',
    'support-grant-approved',
    'audit-keeping-changed',
    'account-erased',
  ]);
});
