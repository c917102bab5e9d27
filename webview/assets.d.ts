/** Style sheets are bundled next to the page's script. */
declare module "*.css";
