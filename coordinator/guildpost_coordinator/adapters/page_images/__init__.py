"""Pictures of pages with PDFium."""
