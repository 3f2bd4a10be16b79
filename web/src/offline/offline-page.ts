import { applyTheme, savedTheme } from "@/settings/theme";
import "../theme.css";

applyTheme(savedTheme());
window.addEventListener("online", () => window.location.reload());
