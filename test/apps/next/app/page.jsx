'use client';
import { useChat } from '@ai-sdk/react';
import { useEffect, useState } from 'react';

export default function Page() {
  const { messages, sendMessage, status, error } = useChat();
  const [ready, setReady] = useState(false);
  useEffect(() => setReady(true), []);
  const send = (event) => {
    event.preventDefault();
    sendMessage({ text: new FormData(event.currentTarget).get('question') });
  };
  return (
    <main aria-busy={status === 'submitted' || status === 'streaming'}>
      {messages.map(({ id, role, parts }) => (
        <p key={id} data-role={role}>
          {parts.map((part) => (part.type === 'text' ? part.text : ''))}
        </p>
      ))}
      {error !== undefined && <p data-error>{error.message}</p>}
      <form onSubmit={send}>
        <input name="question" aria-label="Question" />
        <button type="submit" disabled={!ready}>
          Ask
        </button>
      </form>
    </main>
  );
}
