import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const server = process.env["HUITOU_CONSOLE_API"] ?? "http://127.0.0.1:8800";

// A default export because vite asks for one.
export default defineConfig({
  plugins: [react()],
  build: {
    target: "es2023",
    sourcemap: false,
    chunkSizeWarningLimit: 1200,
    reportCompressedSize: true,
  },
  server: { port: 8810, proxy: { "/api": { target: server, changeOrigin: true } } },
});
