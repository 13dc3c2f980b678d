import "./theme/base.css";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import { ensureChineseFont } from "./theme/chinese-font.ts";

const root = document.getElementById("root");
if (root) createRoot(root).render(<App />);

void ensureChineseFont();
