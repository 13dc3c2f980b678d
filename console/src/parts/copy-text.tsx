import { CheckOutlined, CopyOutlined } from "@ant-design/icons";
import Button from "antd/es/button";
import { useState } from "react";
import { useTexts } from "../texts/texts.ts";
import "./copy-text.css";

/** A button that copies; says so for two seconds. */
export function CopyButton({ text, label }: { text: string; label?: string }) {
  const t = useTexts();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return (
    <Button size="small" icon={copied ? <CheckOutlined /> : <CopyOutlined />} onClick={() => void copy()}>
      {copied ? t("act.copied") : (label ?? t("act.copy"))}
    </Button>
  );
}

/** Text to be taken elsewhere: a key, a command, a snippet. */
export function CopyText({ text, label }: { text: string; label: string }) {
  return (
    <div className="ht-copy">
      <pre tabIndex={0} aria-label={label}>
        <code>{text}</code>
      </pre>
      <CopyButton text={text} />
    </div>
  );
}
