/**
 * The icons we use. They only repeat what the words beside them say, so they are silent: as they come
 * from the library, a button would be announced as "plus Create an API key".
 */
import {
  ApiOutlined as ApiOutlinedGlyph,
  AppstoreAddOutlined as AppstoreAddOutlinedGlyph,
  AppstoreOutlined as AppstoreOutlinedGlyph,
  ArrowDownOutlined as ArrowDownOutlinedGlyph,
  ArrowUpOutlined as ArrowUpOutlinedGlyph,
  AuditOutlined as AuditOutlinedGlyph,
  BarsOutlined as BarsOutlinedGlyph,
  BellOutlined as BellOutlinedGlyph,
  BorderOutlined as BorderOutlinedGlyph,
  BulbOutlined as BulbOutlinedGlyph,
  CalendarOutlined as CalendarOutlinedGlyph,
  CameraOutlined as CameraOutlinedGlyph,
  CarOutlined as CarOutlinedGlyph,
  CheckCircleFilled as CheckCircleFilledGlyph,
  CheckOutlined as CheckOutlinedGlyph,
  ClockCircleFilled as ClockCircleFilledGlyph,
  ClockCircleOutlined as ClockCircleOutlinedGlyph,
  CloseCircleFilled as CloseCircleFilledGlyph,
  CloseOutlined as CloseOutlinedGlyph,
  CloudServerOutlined as CloudServerOutlinedGlyph,
  ClusterOutlined as ClusterOutlinedGlyph,
  CopyOutlined as CopyOutlinedGlyph,
  DashboardOutlined as DashboardOutlinedGlyph,
  DatabaseOutlined as DatabaseOutlinedGlyph,
  DeleteOutlined as DeleteOutlinedGlyph,
  DisconnectOutlined as DisconnectOutlinedGlyph,
  DownloadOutlined as DownloadOutlinedGlyph,
  DownOutlined as DownOutlinedGlyph,
  DragOutlined as DragOutlinedGlyph,
  EditOutlined as EditOutlinedGlyph,
  EnvironmentOutlined as EnvironmentOutlinedGlyph,
  ExclamationCircleFilled as ExclamationCircleFilledGlyph,
  EyeInvisibleOutlined as EyeInvisibleOutlinedGlyph,
  FileTextOutlined as FileTextOutlinedGlyph,
  FilterOutlined as FilterOutlinedGlyph,
  FullscreenExitOutlined as FullscreenExitOutlinedGlyph,
  FullscreenOutlined as FullscreenOutlinedGlyph,
  GatewayOutlined as GatewayOutlinedGlyph,
  GlobalOutlined as GlobalOutlinedGlyph,
  HistoryOutlined as HistoryOutlinedGlyph,
  HomeOutlined as HomeOutlinedGlyph,
  ImportOutlined as ImportOutlinedGlyph,
  KeyOutlined as KeyOutlinedGlyph,
  LaptopOutlined as LaptopOutlinedGlyph,
  LayoutOutlined as LayoutOutlinedGlyph,
  LeftOutlined as LeftOutlinedGlyph,
  LinkOutlined as LinkOutlinedGlyph,
  LoadingOutlined as LoadingOutlinedGlyph,
  LoginOutlined as LoginOutlinedGlyph,
  LogoutOutlined as LogoutOutlinedGlyph,
  MailOutlined as MailOutlinedGlyph,
  MenuFoldOutlined as MenuFoldOutlinedGlyph,
  MenuOutlined as MenuOutlinedGlyph,
  MenuUnfoldOutlined as MenuUnfoldOutlinedGlyph,
  MessageOutlined as MessageOutlinedGlyph,
  MinusCircleFilled as MinusCircleFilledGlyph,
  MoreOutlined as MoreOutlinedGlyph,
  PauseCircleOutlined as PauseCircleOutlinedGlyph,
  PictureOutlined as PictureOutlinedGlyph,
  PlayCircleOutlined as PlayCircleOutlinedGlyph,
  PlusOutlined as PlusOutlinedGlyph,
  PrinterOutlined as PrinterOutlinedGlyph,
  QrcodeOutlined as QrcodeOutlinedGlyph,
  RedoOutlined as RedoOutlinedGlyph,
  ReloadOutlined as ReloadOutlinedGlyph,
  RightOutlined as RightOutlinedGlyph,
  RotateLeftOutlined as RotateLeftOutlinedGlyph,
  RotateRightOutlined as RotateRightOutlinedGlyph,
  SafetyCertificateOutlined as SafetyCertificateOutlinedGlyph,
  ScanOutlined as ScanOutlinedGlyph,
  SearchOutlined as SearchOutlinedGlyph,
  SelectOutlined as SelectOutlinedGlyph,
  SendOutlined as SendOutlinedGlyph,
  SettingOutlined as SettingOutlinedGlyph,
  SlidersOutlined as SlidersOutlinedGlyph,
  StopOutlined as StopOutlinedGlyph,
  SwapOutlined as SwapOutlinedGlyph,
  SyncOutlined as SyncOutlinedGlyph,
  TeamOutlined as TeamOutlinedGlyph,
  ToolOutlined as ToolOutlinedGlyph,
  UndoOutlined as UndoOutlinedGlyph,
  UploadOutlined as UploadOutlinedGlyph,
  UserAddOutlined as UserAddOutlinedGlyph,
  UserOutlined as UserOutlinedGlyph,
  WarningFilled as WarningFilledGlyph,
  WifiOutlined as WifiOutlinedGlyph,
} from '@ant-design/icons';
import type { ComponentProps, ComponentType } from 'react';

type Glyph = ComponentType<ComponentProps<typeof CopyOutlinedGlyph>>;

function silent(Icon: Glyph) {
  return function SilentIcon(props: ComponentProps<typeof CopyOutlinedGlyph>) {
    return <Icon {...props} aria-hidden="true" aria-label={undefined} role="presentation" />;
  };
}

export const ApiOutlined = silent(ApiOutlinedGlyph);
export const AuditOutlined = silent(AuditOutlinedGlyph);
export const BarsOutlined = silent(BarsOutlinedGlyph);
export const BulbOutlined = silent(BulbOutlinedGlyph);
export const CheckCircleFilled = silent(CheckCircleFilledGlyph);
export const CheckOutlined = silent(CheckOutlinedGlyph);
export const ClockCircleFilled = silent(ClockCircleFilledGlyph);
export const CloseCircleFilled = silent(CloseCircleFilledGlyph);
export const CloseOutlined = silent(CloseOutlinedGlyph);
export const CloudServerOutlined = silent(CloudServerOutlinedGlyph);
export const ClusterOutlined = silent(ClusterOutlinedGlyph);
export const CopyOutlined = silent(CopyOutlinedGlyph);
export const DeleteOutlined = silent(DeleteOutlinedGlyph);
export const DisconnectOutlined = silent(DisconnectOutlinedGlyph);
export const DownOutlined = silent(DownOutlinedGlyph);
export const DownloadOutlined = silent(DownloadOutlinedGlyph);
export const EditOutlined = silent(EditOutlinedGlyph);
export const ExclamationCircleFilled = silent(ExclamationCircleFilledGlyph);
export const FilterOutlined = silent(FilterOutlinedGlyph);
export const GlobalOutlined = silent(GlobalOutlinedGlyph);
export const HomeOutlined = silent(HomeOutlinedGlyph);
export const KeyOutlined = silent(KeyOutlinedGlyph);
export const LaptopOutlined = silent(LaptopOutlinedGlyph);
export const LoginOutlined = silent(LoginOutlinedGlyph);
export const LoadingOutlined = silent(LoadingOutlinedGlyph);
export const LogoutOutlined = silent(LogoutOutlinedGlyph);
export const MailOutlined = silent(MailOutlinedGlyph);
export const MenuFoldOutlined = silent(MenuFoldOutlinedGlyph);
export const MenuOutlined = silent(MenuOutlinedGlyph);
export const MenuUnfoldOutlined = silent(MenuUnfoldOutlinedGlyph);
export const MessageOutlined = silent(MessageOutlinedGlyph);
export const MinusCircleFilled = silent(MinusCircleFilledGlyph);
export const MoreOutlined = silent(MoreOutlinedGlyph);
export const PauseCircleOutlined = silent(PauseCircleOutlinedGlyph);
export const PlayCircleOutlined = silent(PlayCircleOutlinedGlyph);
export const PlusOutlined = silent(PlusOutlinedGlyph);
export const ReloadOutlined = silent(ReloadOutlinedGlyph);
export const RightOutlined = silent(RightOutlinedGlyph);
export const SafetyCertificateOutlined = silent(SafetyCertificateOutlinedGlyph);
export const SearchOutlined = silent(SearchOutlinedGlyph);
export const SendOutlined = silent(SendOutlinedGlyph);
export const SettingOutlined = silent(SettingOutlinedGlyph);
export const StopOutlined = silent(StopOutlinedGlyph);
export const SwapOutlined = silent(SwapOutlinedGlyph);
export const SyncOutlined = silent(SyncOutlinedGlyph);
export const TeamOutlined = silent(TeamOutlinedGlyph);
export const UserAddOutlined = silent(UserAddOutlinedGlyph);
export const UserOutlined = silent(UserOutlinedGlyph);
export const WarningFilled = silent(WarningFilledGlyph);
export const CarOutlined = silent(CarOutlinedGlyph);
export const EnvironmentOutlined = silent(EnvironmentOutlinedGlyph);
export const AppstoreAddOutlined = silent(AppstoreAddOutlinedGlyph);
export const UndoOutlined = silent(UndoOutlinedGlyph);
export const ToolOutlined = silent(ToolOutlinedGlyph);
export const ArrowUpOutlined = silent(ArrowUpOutlinedGlyph);
export const ArrowDownOutlined = silent(ArrowDownOutlinedGlyph);
export const HistoryOutlined = silent(HistoryOutlinedGlyph);
export const UploadOutlined = silent(UploadOutlinedGlyph);
export const RedoOutlined = silent(RedoOutlinedGlyph);
export const DragOutlined = silent(DragOutlinedGlyph);
export const BorderOutlined = silent(BorderOutlinedGlyph);
export const GatewayOutlined = silent(GatewayOutlinedGlyph);
export const RotateLeftOutlined = silent(RotateLeftOutlinedGlyph);
export const RotateRightOutlined = silent(RotateRightOutlinedGlyph);
export const PrinterOutlined = silent(PrinterOutlinedGlyph);
export const QrcodeOutlined = silent(QrcodeOutlinedGlyph);
export const SelectOutlined = silent(SelectOutlinedGlyph);
export const LayoutOutlined = silent(LayoutOutlinedGlyph);
export const BellOutlined = silent(BellOutlinedGlyph);
export const SlidersOutlined = silent(SlidersOutlinedGlyph);
export const LinkOutlined = silent(LinkOutlinedGlyph);
export const ScanOutlined = silent(ScanOutlinedGlyph);
export const WifiOutlined = silent(WifiOutlinedGlyph);
export const CalendarOutlined = silent(CalendarOutlinedGlyph);
export const CameraOutlined = silent(CameraOutlinedGlyph);
export const PictureOutlined = silent(PictureOutlinedGlyph);
export const DatabaseOutlined = silent(DatabaseOutlinedGlyph);
export const EyeInvisibleOutlined = silent(EyeInvisibleOutlinedGlyph);
export const FileTextOutlined = silent(FileTextOutlinedGlyph);
export const ImportOutlined = silent(ImportOutlinedGlyph);
export const AppstoreOutlined = silent(AppstoreOutlinedGlyph);
export const DashboardOutlined = silent(DashboardOutlinedGlyph);
export const FullscreenExitOutlined = silent(FullscreenExitOutlinedGlyph);
export const FullscreenOutlined = silent(FullscreenOutlinedGlyph);
export const ClockCircleOutlined = silent(ClockCircleOutlinedGlyph);
export const LeftOutlined = silent(LeftOutlinedGlyph);
