export { RankICText, VerdictText } from '@/components/ModelEvidence';
