import { fetchServerSentEvents, useChat } from '@tanstack/ai-react';
import { createRoot } from 'react-dom/client';

const connection = fetchServerSentEvents('/api/chat');

function Page() {
  const { messages, sendMessage, isLoading, error } = useChat({ connection });
  const send = (event) => {
    event.preventDefault();
    sendMessage(new FormData(event.currentTarget).get('question'));
  };
  return (
    <main aria-busy={isLoading}>
      {messages.map(({ id, role, parts }) => (
        <p key={id} data-role={role}>
          {parts.map((part) => (part.type === 'text' ? part.content : ''))}
        </p>
      ))}
      {error !== undefined && <p data-error>{error.message}</p>}
      <form onSubmit={send}>
        <input name="question" aria-label="Question" />
        <button type="submit">Ask</button>
      </form>
    </main>
  );
}

createRoot(document.querySelector('#root')).render(<Page />);
