import { CopilotChat, CopilotKitProvider } from '@copilotkit/react-core/v2';
import { useState } from 'react';
import { createRoot } from 'react-dom/client';

function Page() {
  const [broken, setBroken] = useState(false);
  // CopilotChat itself shows nothing of an answer that breaks off.
  return (
    <CopilotKitProvider runtimeUrl="/api/copilotkit" onError={() => setBroken(true)}>
      <CopilotChat />
      {broken && <p role="alert">The answer broke off.</p>}
    </CopilotKitProvider>
  );
}

createRoot(document.querySelector('#root')).render(<Page />);
