import "./theme/base.css";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";

const root = document.getElementById("root");
if (root) createRoot(root).render(<App />);

// The bundled font only serves screens without a Chinese system font; it must never hold back the first paint.
void import("@fontsource-variable/noto-sans-sc/wght.css");
