import { createRoot } from 'react-dom/client';
import { DemoPage } from './demo-page.tsx';
import { startSide } from './side.tsx';
import { sideOf } from './sides.ts';
import './demo.css';

/* The page of the demo, and of both frames in it: the address says which. */

const side = sideOf(window.location.pathname);
const container = document.getElementById('root');
if (!container) throw new Error('the page has no root');
if (side) void startSide(side);
else createRoot(container).render(<DemoPage />);
